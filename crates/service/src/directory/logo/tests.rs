use super::*;

#[test]
fn what_is_no_picture_is_refused() {
    assert_eq!(Logo::read(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err(LogoError::Svg));
}
